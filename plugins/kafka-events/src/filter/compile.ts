/** Turns a pattern into rules: a record passes when one rule holds, and a rule when each of its fields does. */
import { isLeaf, isSame, type Leaf, parseJson } from './json.ts'
import { absent, compileOperator, refuse, type Test } from './operators.ts'

/** What a rule asks of one field. Several tests are alternatives. */
export interface Condition {
  tests: Test[]
  /** The field may be missing. */
  absent: boolean
}

/** Conditions by the path of their field, its steps joined by dots, as AWS does: `a.b` is also the field `b` of `a`. */
export type Rule = Map<string, Condition>

const wholePattern = 'the pattern'
const patternLengthMax = 4096
const combinationsMax = 1000
// Names that AWS reserves inside $or: an operator there was meant for a list.
const reservedInOr = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric', 'cidr'],
  ...['=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
])

/**
 * @param pattern as it stands in `serverless.yml`, or the JSON text of a `FilterCriteria` entry.
 * @throws Error naming the place inside the pattern.
 */
export function compileRules(pattern: unknown): Rule[] {
  const parsed = parsePattern(jsonTextOf(pattern))
  return addFields(asObject(parsed, wholePattern), { path: wholePattern, field: '', inOr: false }, [new Map()])
}

/** The text that is deployed: the framework writes each pattern with JSON.stringify. */
function jsonTextOf(pattern: unknown): string {
  const text = typeof pattern === 'string' ? pattern : stringify(pattern)
  if (text.length > patternLengthMax) {
    refuse(wholePattern, `has ${text.length} characters as JSON, more than ${patternLengthMax}`)
  }
  return text
}

function parsePattern(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    return refuse(wholePattern, `is not JSON: ${(error as Error).message}`, error)
  }
}

function stringify(pattern: unknown): string {
  try {
    return JSON.stringify(pattern) ?? String(pattern)
  } catch (error) {
    return refuse(wholePattern, `cannot be written as JSON: ${(error as Error).message}`, error)
  }
}

/** Where the compiler is: in the pattern, for messages, and in the record. */
interface Place {
  path: string
  field: string
  inOr: boolean
}

function addFields(node: Record<string, unknown>, place: Place, rules: Rule[]): Rule[] {
  const names = Object.keys(node)
  if (names.length === 0) refuse(place.path, 'must not be empty')
  return names.reduce((grown, name) => addField(name, node[name], place, grown), rules)
}

function addField(name: string, node: unknown, place: Place, rules: Rule[]): Rule[] {
  const path = place.path === wholePattern ? name : `${place.path}.${name}`
  if (name === '$or') return addAlternatives(node, { ...place, path }, rules)
  if (place.field === '' && name !== 'value')
    refuse(path, 'cannot be filtered on: event source mappings for Kafka know `value` only')
  if (place.inOr && reservedInOr.has(name)) refuse(path, 'is a reserved word and cannot name a field inside $or')

  const field = place.field === '' ? name : `${place.field}.${name}`
  if (!Array.isArray(node)) return addFields(asObject(node, path), { path, field, inOr: place.inOr }, rules)
  const condition = compileCondition(node, path)
  return rules.map(rule => new Map(rule).set(field, condition))
}

function addAlternatives(node: unknown, place: Place, rules: Rule[]): Rule[] {
  if (!Array.isArray(node) || node.length < 2) return refuse(place.path, 'must be a list of at least two objects')
  const grown = node.flatMap((branch, index) => {
    const path = `${place.path}[${index}]`
    return addFields(asObject(branch, path), { ...place, path, inOr: true }, rules)
  })
  if (grown.length > combinationsMax) refuse(place.path, `makes more than ${combinationsMax} combinations`)
  return grown
}

function compileCondition(list: unknown[], path: string): Condition {
  if (list.length === 0) refuse(path, 'must not be empty')
  const compiled = list.map((entry, index) => compileEntry(entry, `${path}[${index}]`))
  return { tests: compiled.filter(test => test !== absent), absent: compiled.includes(absent) }
}

function compileEntry(entry: unknown, path: string): Test | typeof absent {
  if (Array.isArray(entry)) return refuse(path, 'must be a string, number, true, false, null or operator, not a list')
  if (!isLeaf(entry)) return compileOperator(entry as object, path)
  const wanted: Leaf = entry
  return value => isSame(value, wanted)
}

function asObject(node: unknown, path: string): Record<string, unknown> {
  if (Array.isArray(node) || isLeaf(node)) {
    return refuse(path, path === wholePattern ? 'must be an object' : 'must be an object or a list')
  }
  return node as Record<string, unknown>
}
