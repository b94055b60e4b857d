/** The lock file serves every platform, not only the one it was made on, and tells what production needs from what tools do. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

interface LockedPackage {
  resolved?: string
  dev?: boolean
  link?: boolean
  optionalDependencies?: Record<string, string>
}

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']

const packages: Record<string, LockedPackage> = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
).packages

/** What a package offers for one platform: `@x/y-linux-x64-gnu` and the like. */
const offersFor = (platform: string, locked: LockedPackage): string[] =>
  Object.keys(locked.optionalDependencies ?? {}).filter(name => name.includes(platform))

const native = Object.entries(packages).filter(([, locked]) => platforms.some(it => offersFor(it, locked).length > 0))

describe('package-lock.json', () => {
  test('there are native dependencies to look at', () => {
    expect(native.length).toBeGreaterThan(3)
  })

  test.each(platforms)('holds the %s package of every native dependency', platform => {
    const missing = native.flatMap(([path, locked]) =>
      offersFor(platform, locked).filter(
        name => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    )
    const without = native.filter(([, locked]) => offersFor(platform, locked).length === 0).map(([path]) => path)
    expect({ missing, without }).toEqual({ missing: [], without: [] })
  })

  // A workspace counts as production with all that it asks for, peers too: the plugin is a development tool, linked as one.
  test('keeps the framework, its server and the plugin out of `npm ci --omit=dev`', () => {
    // A link has no flag of its own: what it leads to has.
    const inProduction = Object.keys(packages).filter(path => !packages[path]!.dev && !packages[path]!.link)
    expect(inProduction).toEqual(expect.arrayContaining(['node_modules/kafkajs', 'node_modules/mysql2']))
    expect(inProduction.filter(path => /serverless|hapi|aws-sdk|kafka-events|lz4|snappy/.test(path))).toEqual([])
    expect(inProduction.length).toBeLessThan(100)
  })

  test('names no registry host', () => {
    const resolved = Object.values(packages).map(it => it.resolved ?? '')
    expect(resolved.filter(address => address.startsWith('http'))).toEqual([])
  })
})
