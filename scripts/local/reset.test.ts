import { mkdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { dataFolder } from './paths.ts'
import { resetData } from './reset.ts'
import { takeLock } from './starter-lock.ts'

const folder = dataFolder(`reset-test-${process.pid}`)

beforeEach(() => {
  mkdirSync(folder.root, { recursive: true })
})
afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder.root, { recursive: true, force: true })
})

test('a running system is kept, and the advice names its data folder, not that of npm start', async () => {
  const lines: string[] = []
  jest.spyOn(process.stdout, 'write').mockImplementation(text => lines.push(String(text)) > 0)
  takeLock(folder.lockFile)

  expect(await resetData({ data: folder.name })).toBe(1)
  expect(lines.join('')).toContain(`npm run reset -- --data ${folder.name} --force`)
})
