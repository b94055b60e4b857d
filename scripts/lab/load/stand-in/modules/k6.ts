/** `k6`: the checks. */
import { addCheck } from '../run-state.ts'

export function check<T>(value: T, sets: Record<string, (value: T) => unknown>): boolean {
  const results = Object.entries(sets).map(([name, isRight]) => {
    const right = Boolean(isRight(value))
    addCheck(name, right)
    return right
  })
  return results.every(Boolean)
}
