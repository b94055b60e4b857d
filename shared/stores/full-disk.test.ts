/** While the server's disk is full nobody waits for it but one. */
import { describe, expect, test } from '@jest/globals'
import { FullDisk } from './full-disk.ts'
import { NoConnection } from './mysql-errors.ts'

const timedOut = Object.assign(new Error('Query inactivity timeout'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' })

describe('FullDisk', () => {
  test('does nothing until the server has said so', async () => {
    const disk = new FullDisk()
    const both = await Promise.all([disk.guard(async () => 1), disk.guard(async () => 2)])
    expect(both).toEqual([1, 2])
    expect(disk.timeoutMs(4_000)).toBe(4_000)
  })

  test('lets one at a time find out, with a short time-out, and refuses the others at once', async () => {
    const disk = new FullDisk()
    disk.saw()
    const answer = Promise.withResolvers<string>()
    const first = disk.guard(() => answer.promise)
    expect(disk.timeoutMs(4_000)).toBe(1_000)
    await expect(disk.guard(async () => 'never run')).rejects.toBeInstanceOf(NoConnection)

    answer.reject(timedOut)
    await expect(first).rejects.toBe(timedOut)
    expect(disk.isRemembered).toBe(true)

    expect(await disk.guard(async () => 'there is room')).toBe('there is room')
    expect(disk.isRemembered).toBe(false)
  })
})
