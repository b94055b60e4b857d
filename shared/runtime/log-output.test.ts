/** A log line that cannot be written costs itself at most: never the process, never its end, never the lines after it. */
import { spawn } from 'node:child_process'
import { existsSync, type write as fsWrite, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { LogOutput, type LogOutputOptions } from './log-output.ts'
import { until } from './until.ts'

/** A disk with room for so many bytes. */
function createDisk(roomBytes: number) {
  const disk = { roomBytes, text: '' }
  const take = (bytes: Buffer): number => {
    const byteCount = Math.min(bytes.length, disk.roomBytes)
    if (byteCount === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    disk.roomBytes -= byteCount
    disk.text += bytes.subarray(0, byteCount).toString()
    return byteCount
  }
  const system = {
    writeSync: (_: number, bytes: Buffer) => take(bytes),
    write: (_: number, bytes: Buffer, done: (error: Error | null, byteCount: number) => void) => {
      setImmediate(() => {
        try {
          done(null, take(bytes))
        } catch (error) {
          done(error as Error, 0)
        }
      })
    },
  } as unknown as LogOutputOptions['system']
  return { disk, system }
}

describe.each([false, true])('a log on a disk that is full for a while (at once: %s)', atOnce => {
  test('keeps what fits into memory, tears no line, and says how many were lost', async () => {
    const { disk, system } = createDisk(8)
    const output = new LogOutput({
      fd: 1,
      atOnce,
      bytesMax: 30,
      system,
      onRecovered: lostCount => output.write(`lost ${lostCount}\n`),
    })
    for (const line of ['line-1\n', 'line-2\n', 'line-3\n']) output.write(line)
    await until(() => disk.roomBytes === 0, { what: 'the disk to be full' })
    for (const line of ['line-4\n', 'line-5\n', 'line-6\n', 'line-7\n']) output.write(line)

    disk.roomBytes = 1_000
    output.write('line-8\n')
    await until(() => /^lost/m.test(disk.text), { what: 'the log to go on' })

    const lines = disk.text.trimEnd().split('\n')
    const lostCount = Number(/lost (\d+)/.exec(disk.text)?.[1])
    expect(lostCount).toBeGreaterThan(0)
    expect(lines.filter(line => /^line-\d$/.test(line))).toHaveLength(8 - lostCount)
    expect(lines).toHaveLength(9 - lostCount)
  })
})

test('a line that comes while a slow write is under way is written after it', async () => {
  const { disk, system } = createDisk(1_000)
  const slow = {
    ...system,
    write: ((fd: number, bytes: Buffer, done: () => void) =>
      setTimeout(() => system?.write(fd, bytes, done), 300)) as unknown as typeof fsWrite,
  } as LogOutputOptions['system']
  const output = new LogOutput({ fd: 1, atOnce: false, system: slow, onRecovered: () => undefined })
  output.write('first\n')
  await new Promise(done => setTimeout(done, 150))
  output.write('second\n')

  await until(() => disk.text === 'first\nsecond\n', { what: 'both lines' })
})

test('the end of the process does not wait for room', () => {
  const { disk, system } = createDisk(0)
  const output = new LogOutput({ fd: 1, atOnce: false, system, onRecovered: () => undefined })
  output.write('line\n')
  output.flushSync()
  expect(disk.text).toBe('')
})

const modulePath = JSON.stringify(join(import.meta.dirname, 'log.ts'))

// Linux has a device that is always full.
const testWithFullDevice = existsSync('/dev/full') ? test : test.skip

testWithFullDevice.each([false, true])(
  'a process whose output is full goes on and ends by itself (freezes: %s)',
  async freezes => {
    const code = `const { createLog } = await import(${modulePath}); const log = createLog('info', { freezes: ${freezes} });
      for (let i = 0; i < 1000; i++) log.info('line ' + 'x'.repeat(200));
      setTimeout(() => { log.info('last'); process.exit(7) }, 700)`
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', full, 'inherit'] })
    const ended = { code: undefined as number | null | undefined }
    child.once('exit', exitCode => {
      ended.code = exitCode
    })
    await until(() => ended.code !== undefined, { what: 'its end', deadlineMs: 20_000 }).catch(error => {
      child.kill('SIGKILL')
      throw error
    })
    expect(ended.code).toBe(7)
  },
  30_000,
)
