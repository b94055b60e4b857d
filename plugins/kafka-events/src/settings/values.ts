/** Reads texts, numbers, flags, lists and maps. Each says what is wrong and gives nothing when a value is not of its kind. */
import { isMap, isReference, type Setting } from './setting.ts'

export interface Range {
  min: number
  max: number
  /** AWS's −1: no limit. */
  orInfinite?: boolean
}

/** Nothing also when the setting is not given. */
export function textOf(setting: Setting): string | undefined {
  if (!setting.isGiven) return
  if (typeof setting.value === 'string' && setting.value.trim() !== '') return setting.value
  refuse(setting, 'must be a non-empty text')
}

/** Digits in a text count as a number: values out of `${env:…}` are always texts. −1 gives Infinity where it is allowed. */
export function wholeNumberOf(setting: Setting, range: Range): number | undefined {
  if (!setting.isGiven) return
  const number = numberIn(setting.value)
  if (number === -1 && range.orInfinite) return Number.POSITIVE_INFINITY
  if (number !== undefined && Number.isInteger(number) && number >= range.min && number <= range.max) return number
  refuse(setting, `must be a whole number from ${range.min} to ${range.max}${range.orInfinite ? ', or -1' : ''}`)
}

export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

export function flagOf(setting: Setting): boolean | undefined {
  if (!setting.isGiven) return
  if (setting.value === true || setting.value === 'true') return true
  if (setting.value === false || setting.value === 'false') return false
  refuse(setting, 'must be true or false')
}

export function oneOf<Known extends string>(setting: Setting, known: readonly Known[]): Known | undefined {
  if (!setting.isGiven) return
  const found = known.find(value => value === setting.value)
  if (found === undefined) refuse(setting, `must be ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}`)
  return found
}

export function listOf(setting: Setting): Setting[] {
  if (setting.isGiven && !Array.isArray(setting.value)) refuse(setting, 'must be a list')
  return setting.items()
}

/** Whether it is a map. What is in it and not known is refused. */
export function hasParts(setting: Setting, known: readonly string[]): boolean {
  if (!setting.isGiven) return false
  if (!isMap(setting.value) || isReference(setting.value)) {
    refuse(setting, 'must be a map')
    return false
  }
  for (const key of Object.keys(setting.value))
    if (!known.includes(key)) setting.part(key).refuse('is not a known setting')
  return true
}

function refuse(setting: Setting, what: string): void {
  setting.refuse(
    isReference(setting.value) ? `is a reference whose value only CloudFormation knows: it ${what} here` : what,
  )
}
