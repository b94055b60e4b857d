/** The comparison operators that AWS documents for Lambda: each turns its operand into a test of one value. */
import { isSame, type Leaf, numberOf, WrittenNumber } from './json.ts'

export type Test = (value: Leaf) => boolean

/** For what AWS refuses too: says where in the pattern, and why. */
export const refuse = (path: string, reason: string, cause?: unknown): never => {
  throw new Error(`${path} ${reason}`, { cause })
}

/** `exists: false` is no test of a value: it holds where the field has none. */
export const absent = Symbol('absent')

const onText =
  (test: (text: string) => boolean): Test =>
  value =>
    typeof value === 'string' && test(value)

const operators: Record<string, (operand: unknown, path: string) => Test | typeof absent> = {
  prefix: (operand, path) => {
    const start = textOf(operand, path)
    return onText(text => text.startsWith(start))
  },
  suffix: (operand, path) => {
    const end = textOf(operand, path)
    return onText(text => text.endsWith(end))
  },
  'equals-ignore-case': (operand, path) => {
    const folded = textOf(operand, path).toLowerCase()
    return onText(text => text.toLowerCase() === folded)
  },
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') refuse(path, 'must be true or false')
    return operand ? () => true : absent
  },
  'anything-but': (operand, path) => {
    const excluded = excludedBy(operand, path)
    return value => !excluded.some(one => isSame(one, value))
  },
  numeric: (operand, path) => {
    const bounds = boundsOf(operand, path)
    return value => {
      const number = numberOf(value)
      return number !== undefined && Number.isFinite(number) && bounds.every(holds => holds(number))
    }
  },
}

/** @throws Error for an operator that Lambda does not document, or an operand that it does not take. */
export function compileOperator(expression: object, path: string): Test | typeof absent {
  const names = Object.keys(expression)
  const name = names[0]
  if (name === undefined || names.length > 1) return refuse(path, `needs exactly one operator, has ${names.length}`)
  if (!Object.hasOwn(operators, name)) {
    refuse(`${path}.${name}`, `is not an operator of Lambda's filters (${Object.keys(operators).join(', ')})`)
  }
  return operators[name]!((expression as Record<string, unknown>)[name], `${path}.${name}`)
}

function textOf(operand: unknown, path: string): string {
  return typeof operand === 'string' ? operand : refuse(path, 'must be a string')
}

function excludedBy(operand: unknown, path: string): Leaf[] {
  const list: unknown[] = Array.isArray(operand) ? operand : [operand]
  const strings = list.every(one => typeof one === 'string')
  const numbers = list.every(one => typeof one === 'number' || one instanceof WrittenNumber)
  if (list.length === 0 || strings === numbers) refuse(path, 'must be strings only or numbers only, at least one')
  return list as Leaf[]
}

const comparisons: Record<string, (bound: number) => (number: number) => boolean> = {
  '=': bound => number => number === bound,
  '>': bound => number => number > bound,
  '>=': bound => number => number >= bound,
  '<': bound => number => number < bound,
  '<=': bound => number => number <= bound,
}

/** `[comparison, number]`, or a lower and then an upper bound. */
function boundsOf(operand: unknown, path: string): ((number: number) => boolean)[] {
  if (!Array.isArray(operand)) return refuse(path, 'must be a list such as [">", 0, "<=", 5]')
  const [first, low, second, high] = operand
  if (operand.length === 2) return [boundOf(first, low, Object.keys(comparisons), path)]
  if (operand.length !== 4) return refuse(path, 'must be one comparison and number, or a lower and an upper bound')
  const bounds = [boundOf(first, low, ['>', '>='], path), boundOf(second, high, ['<', '<='], path)]
  if (numberOf(low)! >= numberOf(high)!) refuse(path, 'needs a lower bound that is below the upper one')
  return bounds
}

function boundOf(comparison: unknown, bound: unknown, allowed: string[], path: string): (number: number) => boolean {
  if (typeof comparison !== 'string' || !allowed.includes(comparison)) {
    return refuse(path, `has ${JSON.stringify(comparison)} where one of ${allowed.join(' ')} must be`)
  }
  const number = numberOf(bound as Leaf)
  if (number === undefined || !Number.isFinite(number)) return refuse(path, `needs a number after ${comparison}`)
  return comparisons[comparison]!(number)
}
