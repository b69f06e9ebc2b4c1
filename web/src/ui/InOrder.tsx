import {
  Children,
  createContext,
  type ReactNode,
  use,
  useCallback,
  useLayoutEffect,
  useReducer,
} from 'react';

/** Says that something here still loads; what it gives back says that it came. */
type Holding = () => () => void;

const Held = createContext<Holding>(() => () => undefined);

/** Keeps the parts after this one waiting for as long as it is on the page. */
export function Hold() {
  const hold = use(Held);
  useLayoutEffect(hold, [hold]);
  return null;
}

type Count = [name: number, by: 1 | -1];
/** `shown`: the last part that was shown; what was is not taken away again. */
type State = { readonly loading: ReadonlyMap<number, number>; readonly shown: number };

function first(loading: State['loading']): number {
  const held = [...loading].filter(([, count]) => count > 0).map(([name]) => name);
  return Math.min(Number.POSITIVE_INFINITY, ...held);
}

function counted(state: State, change: Count | 'settled'): State {
  const { loading, shown } = state;
  if (change === 'settled') {
    const now = Math.max(shown, first(loading));
    return now === shown ? state : { loading, shown: now };
  }
  const [name, by] = change;
  return { loading: new Map(loading).set(name, (loading.get(name) ?? 0) + by), shown };
}

interface PartProps {
  name: number;
  count: (change: Count) => void;
  className: string;
  children: ReactNode;
}

function Part({ name, count, className, children }: PartProps) {
  const around = use(Held);
  const hold = useCallback(() => {
    const release = around();
    count([name, 1]);
    return () => {
      count([name, -1]);
      release();
    };
  }, [around, count, name]);
  return (
    <Held value={hold}>
      <div className={className}>{children}</div>
    </Held>
  );
}

interface Props {
  className: string;
  /** Two columns, which stand below each other only where there is room for one. */
  narrow?: boolean;
  children: ReactNode;
}

/**
 * Its parts come one after the other: none is shown below one that still loads, since it would
 * jump when that one comes. All of them begin to load at once.
 */
export function InOrder({ className, narrow = false, children }: Props) {
  const [{ loading, shown }, count] = useReducer(counted, { loading: new Map(), shown: -1 });
  const last = Math.max(shown, first(loading));
  // Behind the parts' own effects: what takes another's place in one go is counted before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the counts have changed
  useLayoutEffect(() => count('settled'), [loading]);
  const hidden = narrow ? 'contents max-lg:hidden' : 'hidden';
  return (
    <div className={className}>
      {Children.map(children, (child, index) => {
        if (child === null || child === undefined || typeof child === 'boolean') return null;
        return (
          <Part name={index} count={count} className={index > last ? hidden : 'contents'}>
            {child}
          </Part>
        );
      })}
    </div>
  );
}
