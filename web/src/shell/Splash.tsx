import { Brand } from './Brand';

export function Splash() {
  return (
    <div className="grid min-h-dvh place-items-center" aria-busy="true">
      <title>OMNIX AI</title>
      <div className="skeleton bg-transparent">
        <Brand large />
      </div>
    </div>
  );
}
