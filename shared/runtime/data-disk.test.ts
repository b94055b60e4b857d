import { tmpdir } from 'node:os'
import { expect, test } from '@jest/globals'
import { DataDisk, type DiskRoom } from './data-disk.ts'

const MIB = 1024 * 1024

function createDisk(room: DiskRoom) {
  const clock = { nowMs: Date.UTC(2026, 0, 1) }
  const disk = new DataDisk({ folder: '.data/main', nowMs: () => clock.nowMs, roomOf: async () => room })
  return { clock, disk, room }
}

test('a full disk is named with its folder, its room, and since when', async () => {
  const { clock, disk, room } = createDisk({ freeBytes: 3.25 * MIB, totalBytes: 330 * MIB })
  const since = '2026-01-01T00:00:00.000Z'
  const message = (left: string) => `the disk of .data/main is full: ${left}. Make room; all goes on by itself`

  expect(await disk.problems()).toEqual([{ kind: 'disk_full', message: message('3.3 of 330 MiB are free'), since }])
  clock.nowMs += 5_000
  room.freeBytes = 0
  expect(await disk.problems()).toEqual([{ kind: 'disk_full', message: message('0.0 of 330 MiB are free'), since }])

  room.freeBytes = 16 * MIB
  expect(await disk.problems()).toEqual([])
  room.freeFiles = 0
  expect(await disk.problems()).toEqual([
    { kind: 'disk_full', message: message('no file can be made'), since: '2026-01-01T00:00:05.000Z' },
  ])
})

test('this machine is asked where a folder is named; where there is none, nothing is said', async () => {
  const nowMs = () => 0
  expect(await new DataDisk({ folder: undefined, nowMs }).problems()).toEqual([])
  for (const { message } of await new DataDisk({ folder: tmpdir(), nowMs }).problems())
    expect(message).toMatch(/ is full/)
  expect(await new DataDisk({ folder: '/nowhere/at/all', nowMs }).problems()).toEqual([])
})
