/** AWS's filter patterns, on the decoded value of a record. */

export interface FilterPattern {
  /** Whether the record may reach the function. `value` is the record's bytes; null is a tombstone. */
  matches(value: Buffer | null): boolean
}
