/** What the quick parser knows of a flag. Names are as typed: `min-seq`. */
export interface FlagSurface {
  readonly type: 'boolean' | 'string' | 'number' | 'array';
  /** One letter. */
  readonly alias?: string;
  readonly choices?: readonly string[];
  readonly default?: boolean | string | number;
}

/** A positional; `isArchive`: `-` stands for standard input and the name must not be empty. */
export interface PositionalSurface {
  readonly name: string;
  readonly isArchive: boolean;
}

/** A command as its builder declares it; null where it asks for what only the full parser does. */
export interface CommandSurface {
  readonly positionals: readonly PositionalSurface[];
  /** Global ones included. */
  readonly flags: Readonly<Record<string, FlagSurface>>;
  /** Flags that exclude each other. */
  readonly conflicts: readonly (readonly [string, string])[];
}

export type Surface = Readonly<Record<string, CommandSurface | null>>;
