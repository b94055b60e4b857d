// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Compose writes a variable.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { interpolate, parseComposeFile, readComposeServices } from './compose-file.ts'
import { projectRoot } from './paths.ts'

const composeText = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8')

describe('interpolate', () => {
  test('takes the variable, or the default when it is absent or empty', () => {
    const text = '127.0.0.1:${MARIADB_PORT:-3306}:3306'
    expect(interpolate(text, { MARIADB_PORT: '13306' })).toBe('127.0.0.1:13306:3306')
    expect(interpolate(text, {})).toBe('127.0.0.1:3306:3306')
    expect(interpolate(text, { MARIADB_PORT: '' })).toBe('127.0.0.1:3306:3306')
  })

  test('replaces every occurrence, and an empty default by nothing', () => {
    expect(interpolate('${A:-1}${B:-}${A:-1}', { A: '2' })).toBe('22')
  })

  test('does not read a value again: what a variable holds is not interpolated', () => {
    expect(interpolate('${A:-1}', { A: '${B:-2}' })).toBe('${B:-2}')
  })

  test.each(['$A', '${A}', '${A-1}', '${A:?x}', '$$', '${a:-1}', '${A:-${B:-1}}'])('refuses %s', text => {
    expect(() => interpolate(text, { A: '1' })).toThrow('only ${NAME:-default} is understood')
  })
})

describe('docker-compose.yml', () => {
  test('can be read, and says ports, database and user', () => {
    const { mariadb, kafka, redis } = readComposeServices({})
    expect([mariadb.port, kafka.port, redis.port]).toEqual([3306, 9092, 6379])
    expect(mariadb.environment).toMatchObject({
      MARIADB_DATABASE: 'paydb',
      MARIADB_USER: 'pay',
      MARIADB_PASSWORD: 'pay',
    })
    expect(mariadb.command).toContain('--transaction-isolation=READ-COMMITTED')
    expect(redis.command).toEqual(expect.arrayContaining(['redis-server', '--save', '']))
  })

  test('moves a service by its variable, and tells Kafka its advertised port', () => {
    const { kafka } = readComposeServices({ KAFKA_PORT: '19092' })
    expect(kafka.port).toBe(19_092)
    expect(kafka.environment.KAFKA_ADVERTISED_LISTENERS).toBe('INSIDE://kafka:9092,OUTSIDE://127.0.0.1:19092')
  })

  test('pins every image to a version', () => {
    const images = Object.values(readComposeServices({})).map(service => service.image)
    for (const image of images) expect(image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+/)
  })

  test('runs the Kafka that the POM fetches', () => {
    const pom = readFileSync(join(projectRoot, 'scripts/local/kafka/pom.xml'), 'utf8')
    const version = /<kafka.version>(.+)<\/kafka.version>/.exec(pom)?.[1]
    expect(readComposeServices({}).kafka.image).toBe(`apache/kafka:${version}`)
  })
})

describe('parseComposeFile refuses', () => {
  const changed = (from: string, to: string) => {
    expect(composeText).toContain(from)
    return () => parseComposeFile(composeText.replace(from, to), {})
  }

  test('a port that is published on every address', () => {
    expect(changed('"127.0.0.1:${MARIADB_PORT:-3306}:3306"', '"${MARIADB_PORT:-3306}:3306"')).toThrow('mariadb.ports')
  })

  test('a bare boolean, which Compose refuses too', () => {
    expect(changed('AUTO_CREATE_TOPICS_ENABLE: "false"', 'AUTO_CREATE_TOPICS_ENABLE: false')).toThrow(
      'must be a quoted text',
    )
  })

  test('a command in one line, which the two would split differently', () => {
    expect(() => parseComposeFile('services: {mariadb: {command: a b}}', {})).toThrow('mariadb.command must be a list')
  })

  test('a file without one of the services', () => {
    expect(() => parseComposeFile('services: {}', {})).toThrow('there is no service "mariadb"')
  })
})
