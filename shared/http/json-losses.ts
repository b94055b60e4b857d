/** What `JSON.parse` loses silently: repeated members, digits of numbers, and text that is not well-formed Unicode. */
import { jsonPointer } from '../contracts/json-pointer.ts'
import { fieldTexts, type Problem, type ProblemText, problemTexts } from '../contracts/problem-texts.ts'

/** An object or array that is open where the scan stands, and the member that it stands at. */
interface Level {
  /** Of an object: the names so far. */
  names?: Set<string>
  at: string | number
}

/** Names, values and punctuation, without `true`, `false` and `null`. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g
const PROBLEMS_MAX = 20

/** At most 20 problems of a text that `JSON.parse` took. */
export function lossesIn(text: string): Problem[] {
  const problems: Problem[] = []
  const levels: Level[] = []
  let previous = ''
  for (const token of text.match(TOKEN) ?? []) {
    const lost = step(levels, token, previous)
    if (lost) problems.push({ path: jsonPointer(levels.map(level => level.at)), message: lost })
    if (problems.length === PROBLEMS_MAX) break
    previous = token
  }
  return problems
}

function step(levels: Level[], token: string, previous: string): ProblemText | undefined {
  const level = levels.at(-1)
  switch (token) {
    case '{':
      levels.push({ names: new Set(), at: '' })
      return undefined
    case '[':
      levels.push({ at: 0 })
      return undefined
    case '}':
    case ']':
      levels.pop()
      return undefined
    case ',':
      if (typeof level?.at === 'number') level.at++
      return undefined
    case ':':
      return undefined
  }
  if (!token.startsWith('"')) return isExact(token) ? undefined : problemTexts.inexact
  if (level?.names !== undefined && (previous === '{' || previous === ',')) return lostName(level, level.names, token)
  return isWellFormed(token) ? undefined : problemTexts.notWellFormed
}

function lostName(level: Level, names: Set<string>, token: string): ProblemText | undefined {
  const name: string = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1)
  level.at = name
  if (names.has(name)) return fieldTexts.repeated
  names.add(name)
  return name.isWellFormed() ? undefined : problemTexts.notWellFormed
}

/** Only an escape can stand for half a character: the text itself was decoded from UTF-8. */
const isWellFormed = (token: string): boolean => !token.includes('\\u') || (JSON.parse(token) as string).isWellFormed()

/** Matches most numbers: JavaScript keeps every integer of up to fifteen digits. */
const SHORT_INTEGER = /^-?\d{1,15}$/

/** Whether JavaScript's number has the same value as the text. So it is for `1e3` and `1.0`. */
function isExact(token: string): boolean {
  if (SHORT_INTEGER.test(token)) return true
  const value = Number(token)
  return Number.isFinite(value) && decimalOf(token) === decimalOf(String(value))
}

/** The same text for every notation of a number: its digits without zeros around them, and its power of ten. */
function decimalOf(token: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(token)!
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/(?<!0)0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`
}
