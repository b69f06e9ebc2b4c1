'use client';
import { PlainFrame } from '@/shell/PlainFrame';
export function Gallery() {
  return <PlainFrame>x</PlainFrame>;
}
