import { AskPage } from '@/features/analyst/AskPage';

export default function Page() {
  return <AskPage />;
}
