import { describe, expect, test } from '@jest/globals'
import { npmPackages, type ProgramQuestion, servicePrograms } from './diagnosis.ts'

const root = { isRoot: true, hasApt: true, platform: 'linux' } as const
const nothingHere: ProgramQuestion = { docker: false, haveJars: false, env: {}, machine: root, find: () => undefined }

describe('a missing program', () => {
  test('is worth a note where npm start can install it', () => {
    const findings = servicePrograms(nothingHere)
    expect(findings.map(finding => finding.subject)).toEqual([
      'mariadbd',
      'mariadb-install-db',
      'java',
      'mvn',
      'redis-server',
    ])
    for (const { level, text } of findings)
      expect({ level, text }).toMatchObject({ level: 'note', text: expect.stringContaining('npm start installs') })
  })

  test('is bad for anybody but root, who is told the line to run', () => {
    const [first] = servicePrograms({ ...nothingHere, machine: { ...root, isRoot: false } })
    expect(first).toMatchObject({ level: 'bad', fix: expect.stringContaining('sudo apt-get') })
  })

  test('does not matter where Docker answers', () => {
    const findings = servicePrograms({ ...nothingHere, docker: true, machine: { ...root, isRoot: false } })
    expect(findings.every(finding => finding.level === 'note')).toBe(true)
  })

  test('is not missed when it is Maven and the jars are there', () => {
    const findings = servicePrograms({ ...nothingHere, haveJars: true })
    expect(findings.find(finding => finding.subject === 'mvn')?.level).toBe('ok')
  })
})

test("programs for somebody else's services are not looked for", () => {
  const env = { DATABASE_URL: 'mysql://d', KAFKA_BROKERS: 'k' }
  expect(servicePrograms({ ...nothingHere, env }).map(finding => finding.subject)).toEqual(['redis-server'])
})

test('a missing package is bad, and npm ci mends it', () => {
  expect(npmPackages(['kafkajs'])).toMatchObject({
    level: 'bad',
    text: 'missing: kafkajs',
    fix: expect.stringContaining('npm ci'),
  })
  expect(npmPackages([]).level).toBe('ok')
})
