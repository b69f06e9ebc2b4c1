import { ChannelsPage } from '@/features/alerts/ChannelsPage';

export default function Page() {
  return <ChannelsPage />;
}
