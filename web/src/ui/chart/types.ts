/** Which of the three chart tokens a mark wears. */
export type ChartTone = 1 | 2 | 3;

export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'bar' | 'step';
  readonly tone: ChartTone;
  /** One per day; null where there is nothing to draw. */
  readonly values: ReadonlyArray<number | null>;
  readonly read: (value: number) => string;
  readonly tick: (value: number) => string;
  /** Its own axis at the other side, for another unit. */
  readonly second?: boolean;
  /** Of whole days even where the day is not over: a forecast. */
  readonly ahead?: boolean;
}

export interface Band {
  readonly name: string;
  readonly tone: ChartTone;
  readonly low: ReadonlyArray<number | null>;
  readonly high: ReadonlyArray<number | null>;
  readonly strong: boolean;
  readonly read: (value: number) => string;
}

/** Days that are shaded from top to bottom, such as an empty shelf. */
export interface Shade {
  readonly name: string;
  readonly on: ReadonlyArray<boolean>;
}

/** The day that is not over: what was counted on it is drawn apart from whole days. */
export interface OpenDay {
  readonly day: string;
  readonly name: string;
}

export interface ChartData {
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
  readonly shade?: Shade;
  readonly open?: OpenDay;
  readonly dayTick: (day: string) => string;
  /**
   * For points that are no days, such as quantities: what one is called, and their column. `at` are
   * their places on a scale; without it they stand side by side.
   */
  readonly point?: {
    readonly head: string;
    readonly name: (point: string) => string;
    readonly at?: readonly number[];
  };
}
