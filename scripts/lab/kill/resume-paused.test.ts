import { EventEmitter } from 'node:events'
import { expect, test } from '@jest/globals'
import type { ProcessName, ProcessRow, RunFile } from '../../local/run-file.ts'
import { leavingNonePaused } from './resume-paused.ts'

function fakeControl(states: Partial<Record<ProcessName, string>>) {
  const resumed: string[] = []
  const processes = Object.entries(states).map(([name, state]) => ({ name, state }))
  return {
    resumed,
    status: async () => ({ processes }) as unknown as RunFile,
    resume: async (name: ProcessName) => {
      resumed.push(name)
      return {} as ProcessRow
    },
  }
}

class FakeProcess extends EventEmitter {
  readonly exited = Promise.withResolvers<number>()
  exit(code: number): void {
    this.exited.resolve(code)
  }
}

test('a run that fails lets go on what is paused, and nothing else', async () => {
  const control = fakeControl({ kafka: 'ready', mariadb: 'paused', redis: 'stopped', web: 'paused' })
  const source = new FakeProcess()
  const failing = leavingNonePaused(control, () => Promise.reject(new Error('no answer')), source)

  await expect(failing).rejects.toThrow('no answer')
  expect(control.resumed).toEqual(['mariadb'])
  expect(source.eventNames()).toEqual([])
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s does so before the process ends', async signal => {
  const control = fakeControl({ api: 'paused' })
  const source = new FakeProcess()
  void leavingNonePaused(control, () => new Promise(() => {}), source)
  source.emit(signal)

  expect(await source.exited.promise).toBe(130)
  expect(control.resumed).toEqual(['api'])
})

test('a starter that has gone hides no failure', async () => {
  const control = { ...fakeControl({}), status: () => Promise.reject(new Error('ENOENT')) }

  await expect(leavingNonePaused(control, async () => 7, new FakeProcess())).resolves.toBe(7)
})
