/** What the quick parser knows of a flag. Names are as typed: `min-seq`. */
export interface FlagSurface {
  readonly type: 'boolean' | 'string' | 'number' | 'array';
  /** One letter. */
  readonly alias?: string;
  readonly choices?: readonly string[];
  readonly default?: boolean | string | number;
  readonly isDemanded?: boolean;
}

/** A positional; `isArchive`: `-` stands for standard input; `isVariadic`: any number more, which only the full parser reads. */
export interface PositionalSurface {
  readonly name: string;
  readonly isArchive: boolean;
  readonly isOptional: boolean;
  readonly isVariadic?: boolean;
}

/** A command as its builder declares it. */
export interface CommandSurface {
  readonly positionals: readonly PositionalSurface[];
  /** Global ones included. */
  readonly flags: Readonly<Record<string, FlagSurface>>;
  /** Flags that exclude each other. */
  readonly conflicts: readonly (readonly [string, string])[];
  /** The first flag asks for the second. */
  readonly implies: readonly (readonly [string, string])[];
}

/** Commands by name; null where a command asks for what only the full parser knows. */
export type Surface = Readonly<Record<string, CommandSurface | null>>;
