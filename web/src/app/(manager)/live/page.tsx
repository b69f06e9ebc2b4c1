import { StreamingPage } from '@/features/streaming/StreamingPage';

export default function Page() {
  return <StreamingPage />;
}
