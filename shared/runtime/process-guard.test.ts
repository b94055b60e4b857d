/** Late rejections are told and survived, once for a process. */
import { EventEmitter } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { guardProcess } from './process-guard.ts'

function guarded() {
  const target = new EventEmitter() as unknown as NodeJS.Process
  const told: unknown[] = []
  const guard = () => guardProcess(target, reason => void told.push(reason))
  return { target, told, guard }
}

describe('guardProcess', () => {
  test('reports a rejection that nobody waited for', () => {
    const { target, told, guard } = guarded()
    guard()
    const reason = new Error('too late')

    target.emit('unhandledRejection', reason, Promise.resolve())

    expect(told).toEqual([reason])
  })

  test('installs itself once, however often it is asked', () => {
    const { target, told, guard } = guarded()

    guard()
    guard()
    target.emit('unhandledRejection', new Error('too late'), Promise.resolve())

    expect(target.listenerCount('unhandledRejection')).toBe(1)
    expect(told).toHaveLength(1)
  })

  test('leaves exceptions outside promises to Node, which ends the process', () => {
    const { target, guard } = guarded()

    guard()

    expect(target.listenerCount('uncaughtException')).toBe(0)
  })
})
