/** Late rejections are told and survived, once for a process. */
import { EventEmitter } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { guardProcess } from './process-guard.ts'

function guarded() {
  const target = new EventEmitter() as unknown as NodeJS.Process
  const told: unknown[] = []
  const log = { error: (fields: Record<string, unknown>, message: string) => void told.push([fields, message]) }
  let count = 0
  const guard = () => guardProcess(target, log, () => count++)
  return { target, told, guard, countOf: () => count }
}

describe('guardProcess', () => {
  test('logs and counts a rejection that nobody waited for', () => {
    const { target, told, guard, countOf } = guarded()
    guard()
    const reason = new Error('too late')

    target.emit('unhandledRejection', reason, Promise.resolve())

    expect(told).toEqual([[{ err: reason }, 'unhandled rejection']])
    expect(countOf()).toBe(1)
  })

  test('installs itself once, however often it is asked', () => {
    const { target, guard, countOf } = guarded()

    guard()
    guard()
    target.emit('unhandledRejection', new Error('too late'), Promise.resolve())

    expect(target.listenerCount('unhandledRejection')).toBe(1)
    expect(countOf()).toBe(1)
  })

  test('leaves exceptions outside promises to Node, which ends the process', () => {
    const { target, guard } = guarded()

    guard()

    expect(target.listenerCount('uncaughtException')).toBe(0)
  })
})
