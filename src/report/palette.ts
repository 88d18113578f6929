import { styleText } from 'node:util';

type Paint = (text: string) => string;

/** Colours, or none: the one place that knows how a terminal is coloured. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
}

/** `--color`. */
export type ColorPolicy = 'auto' | 'always' | 'never';

/** `auto` colours a terminal unless NO_COLOR is set. */
export function paletteFor(policy: ColorPolicy, isTerminal: boolean, noColor: boolean): Palette {
  const isOn = policy === 'always' || (policy === 'auto' && isTerminal && !noColor);
  const paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red'): Paint =>
    isOn ? (text) => styleText(style, text, { validateStream: false }) : (text) => text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    warn: paint('yellow'),
    bad: paint('red'),
  };
}
