/** AWS's filter patterns, on the decoded value of a record. */
import { isUtf8 } from 'node:buffer'
import { compileRules, type Rule } from './filter/compile.ts'
import { createFieldRule } from './filter/fields.ts'
import { parseJson } from './filter/json.ts'

export interface FilterPattern {
  /** Whether the record may reach the function. `value` is the record's bytes; null is a tombstone. Never throws. */
  matches(value: Buffer | null): boolean
  /** The same for a value that is decoded already, so that several patterns decode it once. */
  matchesDecoded(value: DecodedValue): boolean
}

/** A record's value in one of the formats that AWS tells apart. Only objects and arrays are JSON here: `5` is a plain string. */
export type DecodedValue =
  | { format: 'json'; json: object }
  | { format: 'string'; text: string }
  | { format: 'absent' }
  | { format: 'not UTF-8' }

/**
 * @param pattern as it stands under `filterPatterns`, or the text or the parsed JSON of `FilterCriteria.Filters[].Pattern`.
 * @throws Error for what AWS would refuse, beginning with the place inside the pattern.
 */
export function compileFilterPattern(pattern: unknown): FilterPattern {
  const alternatives = compileRules(pattern).map(createAlternative)
  const matchesDecoded = (value: DecodedValue) => alternatives.some(matches => matches(value))
  return { matchesDecoded, matches: value => matchesDecoded(decodeValue(value)) }
}

/** A record passes when one of the patterns matches it, or when there is none. */
export function createFilter(patterns: readonly FilterPattern[]): (value: Buffer | null) => boolean {
  if (patterns.length === 0) return () => true
  return value => {
    const decoded = decodeValue(value)
    return patterns.some(pattern => pattern.matchesDecoded(decoded))
  }
}

export function decodeValue(value: Buffer | null): DecodedValue {
  if (value === null) return { format: 'absent' }
  if (!isUtf8(value)) return { format: 'not UTF-8' }
  const text = value.toString()
  if (!/^[ \t\r\n]*[{[]/.test(text)) return { format: 'string', text }
  try {
    return { format: 'json', json: parseJson(text) as object }
  } catch {
    return { format: 'string', text }
  }
}

/**
 * A pattern for `value` is a list (plain strings) or an object (JSON). A value of another format is not filtered by it:
 * AWS then looks at the record's metadata only, and patterns for Kafka cannot name any.
 */
function createAlternative(rule: Rule): (value: DecodedValue) => boolean {
  const wanted = rule.has('value') ? 'string' : 'json'
  const fields = createFieldRule(rule)
  return value => {
    if (value.format === 'absent') return fields.holdsFor({})
    if (value.format !== wanted) return true
    return fields.holdsFor({ value: value.format === 'json' ? value.json : value.text })
  }
}
