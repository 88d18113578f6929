import type { ParquetWriter } from 'hyparquet-writer';

type SchemaElement = ParquetWriter['schema'][number];

const TEXT: Partial<SchemaElement> = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'REQUIRED',
};

/** One row for each message; headers are a map from name to values, null where a message has none. */
export const MESSAGE_SCHEMA: SchemaElement[] = [
  { name: 'message', num_children: 5 },
  // No logical type beside it: the library writes its bit width in a way that other readers refuse.
  { name: 'seq', type: 'INT64', converted_type: 'UINT_64', repetition_type: 'REQUIRED' },
  { name: 'subject', ...TEXT },
  {
    name: 'time',
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
    repetition_type: 'REQUIRED',
  },
  {
    name: 'headers',
    num_children: 1,
    converted_type: 'MAP',
    logical_type: { type: 'MAP' },
    repetition_type: 'OPTIONAL',
  },
  { name: 'key_value', num_children: 2, repetition_type: 'REPEATED' },
  { name: 'key', ...TEXT },
  {
    name: 'value',
    num_children: 1,
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
    repetition_type: 'REQUIRED',
  },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { name: 'element', ...TEXT },
  { name: 'payload', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
];
