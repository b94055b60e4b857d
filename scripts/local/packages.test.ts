import { describe, expect, test } from '@jest/globals'
import { StepFailure } from '../terminal/output.ts'
import { installAdvice, installPackages, type Machine } from './packages.ts'

const debianRoot: Machine = { isRoot: true, hasApt: true, platform: 'linux' }

/** Records the calls to apt-get; the first `failures` of them fail. */
function fakeApt(failures = 0) {
  const calls: string[] = []
  const run = async (command: string, args: string[]) => {
    calls.push([command, ...args].join(' '))
    if (calls.length <= failures) throw new StepFailure('apt-get exited with code 100')
  }
  return { calls, run }
}

describe('installing packages', () => {
  test('as root on Debian is one call', async () => {
    const apt = fakeApt()
    await installPackages(['redis-tools', 'maven'], 'install.log', debianRoot, apt.run)
    expect(apt.calls).toEqual([
      'apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends redis-tools maven',
    ])
  })

  test('fetches the package lists and tries again when they are missing', async () => {
    const apt = fakeApt(1)
    await installPackages(['maven'], 'install.log', debianRoot, apt.run)
    expect(apt.calls.map(call => call.split(' ')[3])).toEqual(['install', 'update', 'install'])
  })

  test('fails when apt-get fails twice', async () => {
    const apt = fakeApt(3)
    await expect(installPackages(['maven'], 'install.log', debianRoot, apt.run)).rejects.toThrow('apt-get exited')
  })

  test('is not tried by anybody but root, who is told the exact line', async () => {
    const apt = fakeApt()
    const failure = await installPackages(['maven'], 'install.log', { ...debianRoot, isRoot: false }, apt.run).catch(
      e => e,
    )
    expect(failure.fix).toBe('sudo apt-get update && sudo apt-get install -y --no-install-recommends maven')
    expect(apt.calls).toEqual([])
  })
})

test('without apt, or on a Mac, the advice is another', () => {
  expect(installAdvice(['maven'], { ...debianRoot, hasApt: false })).toContain('what Debian calls maven')
  expect(installAdvice(['maven'], { ...debianRoot, platform: 'darwin' })).toContain('Docker')
  expect(installAdvice(['maven'], debianRoot)).toBeUndefined()
})
