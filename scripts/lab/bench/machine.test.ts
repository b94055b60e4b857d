import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { dataRoot } from '../../local/paths.ts'
import { machineSpeed } from './machine.ts'

test('the speed of the machine is measured, and leaves nothing behind', () => {
  const { fdatasyncMs, hashMiBPerSecond } = machineSpeed()
  expect(fdatasyncMs).toBeGreaterThan(0)
  expect(hashMiBPerSecond).toBeGreaterThan(1)
  expect(readdirSync(dataRoot).filter(name => name.startsWith('fdatasync-'))).toEqual([])
})
