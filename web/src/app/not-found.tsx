import { NotFound } from '@/shell/NotFound';

export default function Page() {
  return <NotFound />;
}
