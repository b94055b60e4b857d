import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CalledOff, StepFailure } from '../terminal/output.ts'
import { buildEnv, buildFix, buildWithVite, provideShop, type ShopBuilds, shopDigest } from './shop-build.ts'
import { releaseLock, takeLock } from './starter-lock.ts'

const never = new AbortController().signal

let folder: string
let builds: ShopBuilds
/** The drafts that were asked for. */
let drafts: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-build-'))
  builds = { root: join(folder, 'checkout'), kept: join(folder, 'shop-builds') }
  drafts = []
  for (const path of [
    'web/index.html',
    'web/src/main.tsx',
    'shared/contracts/a.ts',
    'package-lock.json',
    'tsconfig.json',
  ])
    write(path, path)
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, text: string) {
  mkdirSync(dirname(join(builds.root, path)), { recursive: true })
  writeFileSync(join(builds.root, path), text)
}

/** Stands in for Vite: its page is the shop's source. */
async function build(draft: string): Promise<void> {
  drafts.push(draft)
  mkdirSync(draft)
  writeFileSync(join(draft, 'index.html'), readFileSync(join(builds.root, 'web/src/main.tsx')))
}

const systemFolder = (name = 'main') => join(folder, name, 'web')
const provide = (name?: string, making = build, signal = never) =>
  provideShop(systemFolder(name), making, signal, builds)
const served = (name?: string) => readFileSync(join(systemFolder(name), 'index.html'), 'utf8')
const kept = () => readdirSync(builds.kept)

describe('the digest of the sources', () => {
  test('is the same for the same sources', () => {
    expect(shopDigest(builds.root)).toBe(shopDigest(builds.root))
  })

  test.each([
    ['the page', () => write('web/index.html', 'other')],
    ['a source', () => write('web/src/main.tsx', 'other')],
    ['a new source', () => write('web/src/new.css', '')],
    ['a file beside the sources', () => write('web/.env', 'VITE_X=1')],
    ['a contract', () => write('shared/contracts/a.ts', 'other')],
    ['a locked version', () => write('package-lock.json', '{}')],
    ['how TypeScript is read', () => write('tsconfig.json', '{}')],
    [
      'the name of a source',
      () => renameSync(join(builds.root, 'web/src/main.tsx'), join(builds.root, 'web/src/other.tsx')),
    ],
  ])('is another after a change of %s', (_, change) => {
    const before = shopDigest(builds.root)
    change()
    expect(shopDigest(builds.root)).not.toBe(before)
  })

  test.each([
    'web/src/main.test.tsx',
    'web/server/main.ts',
    'web/node_modules/x/y.js',
    'web/dist/index.html',
    'README.md',
  ])('is the same after a change of %s, which is in no build', path => {
    const before = shopDigest(builds.root)
    write(path, 'other')
    expect(shopDigest(builds.root)).toBe(before)
  })
})

describe('the shop of a system', () => {
  test('is built at the first start, and again when a source has changed', async () => {
    await provide()
    await provide()
    expect({ builds: drafts.length, page: served() }).toEqual({ builds: 1, page: 'web/src/main.tsx' })
    write('web/src/main.tsx', 'changed')
    await provide()
    expect({ builds: drafts.length, page: served() }).toEqual({ builds: 2, page: 'changed' })
  })

  test('is a copy: an older build is deleted, and the system that has it keeps its own', async () => {
    await provide('test')
    write('web/src/main.tsx', 'changed')
    await provide('main')
    expect(kept()).toEqual([shopDigest(builds.root)])
    expect([served('test'), served('main')]).toEqual(['web/src/main.tsx', 'changed'])
  })

  // A data folder may have any name, this one too.
  test('is all that is ever deleted beside it', async () => {
    mkdirSync(join(builds.kept, 'mariadb'), { recursive: true })
    await provide()
    expect(kept()).toContain('mariadb')
  })

  test('has nothing of the one before', async () => {
    await provide()
    writeFileSync(join(systemFolder(), 'old.js'), '')
    await provide()
    expect(existsSync(join(systemFolder(), 'old.js'))).toBe(false)
  })

  test('is never half a build that a killed starter left, which is deleted', async () => {
    const half = join(builds.kept, `${shopDigest(builds.root)}.1`)
    mkdirSync(half, { recursive: true })
    writeFileSync(join(half, 'index.html'), 'half')
    await provide()
    expect({ page: served(), kept: kept() }).toEqual({ page: 'web/src/main.tsx', kept: [shopDigest(builds.root)] })
  })

  test('is not there when the build fails, and is built by the next start', async () => {
    const fail = async (draft: string) => {
      await build(draft)
      throw new StepFailure('no such module')
    }
    await expect(provide('main', fail)).rejects.toThrow('no such module')
    expect({ kept: kept(), isThere: existsSync(systemFolder()) }).toEqual({ kept: [], isThere: false })
    await provide()
    expect(served()).toBe('web/src/main.tsx')
  })

  test('is not kept when a source was saved while it was built', async () => {
    const buildAndSave = async (draft: string) => {
      await build(draft)
      write('web/src/main.tsx', 'saved meanwhile')
    }
    await provide('main', buildAndSave)
    expect({ page: served(), kept: kept() }).toEqual({ page: 'web/src/main.tsx', kept: [] })
    await provide()
    expect(served()).toBe('saved meanwhile')
  })

  test('is built once for starts that come together', async () => {
    const slowly = async (draft: string) => {
      await new Promise(resolve => setImmediate(resolve))
      await build(draft)
    }
    await Promise.all(['a', 'b', 'c'].map(name => provide(name, slowly)))
    expect(drafts).toHaveLength(1)
    expect(['a', 'b', 'c'].map(name => served(name))).toEqual(Array(3).fill('web/src/main.tsx'))
  })

  test('is not waited for when everything stops', async () => {
    const lock = `${builds.kept}.lock`
    takeLock(lock)
    const stopping = new AbortController()
    const waiting = provide('main', build, stopping.signal)
    stopping.abort()
    await expect(waiting).rejects.toThrow(CalledOff)
    expect(drafts).toEqual([])
    releaseLock(lock)
    await provide()
    expect(served()).toBe('web/src/main.tsx')
  })
})

describe('a build by Vite', () => {
  test('that fails names the file and says what to do', async () => {
    write('web/index.html', '<script type="module" src="/src/main.js"></script>')
    write('web/src/main.js', "import './gone.js'")
    const log = join(folder, 'install.log')
    const draft = join(folder, 'draft')
    const failure = await buildWithVite(draft, { log, signal: never }, join(builds.root, 'web')).catch(error => error)
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure).toMatchObject({
      message: 'the shop could not be built',
      fix: expect.stringMatching(/^correct the file/),
    })
    expect(failure.log.tail.join('\n')).toContain('gone.js')
  })

  test('has no variable that would change it unseen', () => {
    const env = buildEnv({ VITE_A: '1', NODE_ENV: 'development', PATH: '/bin' })
    expect(env).toEqual({ NODE_ENV: 'production', PATH: '/bin', NO_COLOR: '1', FORCE_COLOR: undefined })
  })

  test('whose packages or disk are at fault says so', () => {
    expect(buildFix(["Error: Cannot find package 'vite'"])).toContain('`npm ci`')
    expect(buildFix(['ENOSPC: no space left on device, write'])).toContain('disk')
  })
})
