import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { carriedEnvironment, carriedFiles, fetchOptions, sourceLines } from './machine-settings.ts'

describe('apt inside', () => {
  test('has the machine’s own sources of that release, each once, and no others', () => {
    const targets = [
      'http://mirror.test/debian/|bookworm|main',
      'http://mirror.test/debian/|bookworm|main',
      'http://mirror.test/debian-security/|bookworm-security|main',
      'http://mirror.test/node/|nodistro|main',
      'http://mirror.test/debian/|trixie|main',
      '',
    ].join('\n')
    expect(sourceLines(targets, 'bookworm')).toEqual([
      'deb http://mirror.test/debian/ bookworm main',
      'deb http://mirror.test/debian-security/ bookworm-security main',
    ])
  })

  test('has what says how to fetch, and nothing that is about this machine', () => {
    const dump = [
      'APT::Architecture "amd64";',
      'Acquire "";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.test:3128";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::Languages "none";',
      'DPkg::Post-Invoke:: "rm -f /var/cache/apt/*.bin";',
    ].join('\n')
    expect(fetchOptions(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.test:3128";',
      'Acquire::Check-Valid-Until "false";',
    ])
  })
})

describe('from the environment', () => {
  test('only what leads to a mirror is carried inside', () => {
    const env = { HTTPS_PROXY: 'p', no_proxy: 'n', npm_config_registry: 'r', NODE_EXTRA_CA_CERTS: '/ca.pem' }
    const others = { PATH: '/bin', API_PORT: '1', DATABASE_URL: 'm', npm_config_prefix: '/usr', NODE_OPTIONS: '-x' }
    expect(carriedEnvironment({ ...env, ...others, ALL_PROXY: '' })).toEqual(env)
  })
})

describe('files', () => {
  test('of a user are root’s inside, those of npm are where the npm inside looks', () => {
    const files = carriedFiles({}, { globalconfig: '/usr/etc/npmrc' })
    expect(files).toContainEqual({ from: join(homedir(), '.npmrc'), inside: '/root/.npmrc' })
    expect(files).toContainEqual({ from: '/usr/etc/npmrc', inside: '/usr/local/etc/npmrc' })
  })

  test('with certificates are found where the settings say, once', () => {
    const files = carriedFiles({ NODE_EXTRA_CA_CERTS: '/ca.pem', SSL_CERT_FILE: 'relative.pem' }, { cafile: '/ca.pem' })
    expect(files.filter(({ from }) => from.endsWith('.pem'))).toEqual([{ from: '/ca.pem', inside: '/ca.pem' }])
  })
})
