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

type Count = [name: string, by: 1 | -1];
type Loading = Readonly<Record<string, number>>;

function counted(loading: Loading, [name, by]: Count): Loading {
  return { ...loading, [name]: (loading[name] ?? 0) + by };
}

interface PartProps {
  name: string;
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
  const [loading, count] = useReducer(counted, {});
  let waits = false;
  return (
    <div className={className}>
      {Children.map(children, (child, index) => {
        if (child === null || child === undefined || typeof child === 'boolean') return null;
        const name = String(index);
        const hidden = narrow ? 'contents max-lg:hidden' : 'hidden';
        const part = (
          <Part name={name} count={count} className={waits ? hidden : 'contents'}>
            {child}
          </Part>
        );
        waits ||= (loading[name] ?? 0) > 0;
        return part;
      })}
    </div>
  );
}
