import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findOnPath, findProgram, javaVersion, packagesFor } from './programs.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(path: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

function javaHome(name: string, version: string): string {
  const java = program(`${name}/bin/java`)
  writeFileSync(join(folder, name, 'release'), `IMPLEMENTOR="Debian"\nJAVA_VERSION="${version}"\n`)
  return java
}

describe('a program', () => {
  test('is the first on PATH that can be run', () => {
    const found = program('b/some-server')
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, 'a/some-server'), 'not executable')
    expect(findOnPath('some-server', { PATH: `${join(folder, 'a')}:${join(folder, 'b')}` })).toBe(found)
    expect(findOnPath('some-server', { PATH: join(folder, 'a') })).toBeUndefined()
  })
})

describe('Java', () => {
  test('is judged by the release file beside it, also through a link and in the old numbering', () => {
    symlinkSync(javaHome('jdk', '17.0.15'), join(folder, 'java'))
    expect(javaVersion(join(folder, 'java'))).toBe(17)
    expect(javaVersion(javaHome('old', '1.8.0_392'))).toBe(8)
    expect(javaVersion(join(folder, 'nowhere'))).toBeUndefined()
  })

  test("that is too old is passed over, JAVA_HOME's as well", () => {
    javaHome('old', '11.0.2')
    const path = javaHome('new', '21.0.1')
    expect(findProgram('java', { JAVA_HOME: join(folder, 'old'), PATH: join(folder, 'new/bin') })).toEqual({ path })
  })
})

test('the packages of missing programs are named once, and none of them brings a system service', () => {
  expect(packagesFor(['mariadbd', 'mariadb-install-db', 'redis-server', 'java', 'mvn'])).toEqual([
    'mariadb-server-core',
    'mariadb-client-core',
    'redis-tools',
    'openjdk-17-jre-headless',
    'maven',
  ])
})
