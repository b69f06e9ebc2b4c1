import { WhatIfPage } from '@/features/forecasting/WhatIfPage';

export default function Page() {
  return <WhatIfPage />;
}
