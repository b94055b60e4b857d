import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { abandonedWorkplaces, makeWorkplace, mountsUnder, removeWorkplace } from './workplace.ts'

let parent: string

beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'workplace-test-')))
})
afterEach(() => rmSync(parent, { recursive: true }))

const mount = (point: string, id = 30) => `${id} 1 0:4 / ${point} rw,relatime - proc proc rw`

describe('mount points', () => {
  test('at and under a folder are found, those beside it are not', () => {
    const info = [mount('/'), mount('/tmp/x'), mount('/tmp/x/root/proc'), mount('/tmp/xy'), mount('/proc'), ''].join(
      '\n',
    )
    expect(mountsUnder('/tmp/x', info)).toEqual(['/tmp/x', '/tmp/x/root/proc'])
  })

  test('with a space in them are found too', () => {
    expect(mountsUnder('/tmp/a b', mount('/tmp/a\\040b/proc'))).toEqual(['/tmp/a b/proc'])
  })
})

describe('a workplace', () => {
  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux('is removed with everything in it', () => {
    const { folder, root } = makeWorkplace(parent)
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc/hostname'), 'fresh')
    removeWorkplace(folder, mount('/proc'))
    expect(existsSync(folder)).toBe(false)
  })

  // What is mounted may be this machine's own /proc or /dev.
  test('is left alone, whole, while anything is mounted in it', () => {
    const { folder, root } = makeWorkplace(parent)
    writeFileSync(join(root, 'file'), '')
    const attempt = () => removeWorkplace(folder, [mount('/'), mount(join(root, 'dev'))].join('\n'))
    expect(attempt).toThrow(`${folder} is not deleted`)
    expect(existsSync(join(root, 'file'))).toBe(true)
  })

  test('is abandoned when its owner is gone, and only then', () => {
    const { folder } = makeWorkplace(parent)
    expect(abandonedWorkplaces(parent)).toEqual([])
    writeFileSync(join(folder, 'owner.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' }))
    mkdirSync(join(parent, 'somebody-elses'))
    expect(abandonedWorkplaces(parent)).toEqual([folder])
  })
})
