import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '@/shell/Providers';
import './globals.css';

export const metadata: Metadata = {
  description: 'What will sell, what to order, and who your customers are.',
  icons: { icon: '/icon.svg' },
  robots: { index: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // boot.js sets language, direction and theme before React sees the element.
    <html lang="en" dir="ltr" data-theme="light" suppressHydrationWarning>
      <head>
        {/* In step with parsing, since it must run before the first paint. */}
        <script src="/boot.js" />
      </head>
      <body>
        <Providers>{children}</Providers>
        <noscript>OMNIX AI needs JavaScript.</noscript>
      </body>
    </html>
  );
}
