/** Reads JSON without losing how a number was written: AWS compares numbers as text, so 300, 300.0 and 3.0e2 differ. */

/** A number whose text is not the one that JavaScript would write. */
export class WrittenNumber {
  readonly value: number
  readonly text: string

  constructor(value: number, text: string) {
    this.value = value
    this.text = text
  }
}

/** A value without fields of its own. */
export type Leaf = string | number | boolean | null | WrittenNumber

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown
const parseWith = JSON.parse as (text: string, reviver?: Reviver) => unknown

// Numbers that may be such: -0, an exponent, a last zero, more digits than a double holds. A hit inside a string costs time only.
const oddNumber = /(?:"\s*:|[,[])\s*-?(?:(?<=-)0(?![.\d])|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d)|\d[\d.]{15}|0\.0{6})/
const keepText: Reviver = (_key, value, context) =>
  typeof value === 'number' && context?.source !== undefined && context.source !== String(value)
    ? new WrittenNumber(value, context.source)
    : value

/** @throws SyntaxError when the text is not JSON. */
export function parseJson(text: string): unknown {
  return oddNumber.test(text) ? parseWith(text, keepText) : parseWith(text)
}

export const isLeaf = (value: unknown): value is Leaf =>
  typeof value !== 'object' || value === null || value instanceof WrittenNumber

export function numberOf(value: Leaf): number | undefined {
  if (typeof value === 'number') return value
  return value instanceof WrittenNumber ? value.value : undefined
}

/** Equal as AWS compares: of one kind and, character by character, of one text. */
export const isSame = (left: Leaf, right: Leaf): boolean =>
  left === right || (left instanceof WrittenNumber && right instanceof WrittenNumber && left.text === right.text)
