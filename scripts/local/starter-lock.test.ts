import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { identityOf } from './process-table.ts'
import { holderOf, releaseLock, takeLock } from './starter-lock.ts'

let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  lock = join(folder, 'starter.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the lock of a data folder', () => {
  test('is held by one starter, which the others are told', () => {
    expect(takeLock(lock)).toBeUndefined()
    expect(takeLock(lock)).toEqual(identityOf(process.pid))
    expect(holderOf(lock)).toEqual(identityOf(process.pid))
  })

  test('can be taken again after its release', () => {
    takeLock(lock)
    releaseLock(lock)
    expect(holderOf(lock)).toBeUndefined()
    expect(takeLock(lock)).toBeUndefined()
  })

  test.each([
    [
      'a starter that was killed, whose pid lives on in another process',
      JSON.stringify({ pid: process.pid, startedAt: 'x:1' }),
    ],
    ['a starter that is gone', JSON.stringify({ pid: 4_194_303, startedAt: 'x:1' })],
    ['nobody knows whom', ''],
  ])('of %s is taken over', (_, content) => {
    writeFileSync(lock, content)
    expect(takeLock(lock)).toBeUndefined()
    expect(holderOf(lock)).toEqual(identityOf(process.pid))
  })
})
