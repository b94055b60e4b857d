import { describe, expect, test } from '@jest/globals'
import { jvmOptions, kafkaSettings, nativeKafkaSettings, propertiesText } from './kafka-settings.ts'

describe('kafkaSettings', () => {
  test('names settings as the image does', () => {
    const environment = {
      KAFKA_NODE_ID: '1',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_A__B: 'underscore',
      KAFKA_A___B: 'hyphen',
    }
    expect(kafkaSettings(environment)).toEqual({
      'node.id': '1',
      'group.min.session.timeout.ms': '1000',
      a_b: 'underscore',
      'a-b': 'hyphen',
    })
  })

  test('leaves out what is not KAFKA_ and what only the launch script reads', () => {
    expect(
      kafkaSettings({ CLUSTER_ID: 'x', KAFKA_HEAP_OPTS: '-Xmx1g', KAFKA_JVM_PERFORMANCE_OPTS: '-server' }),
    ).toEqual({})
  })
})

test('natively only the places differ: where it listens, is advertised, votes and writes', () => {
  const environment = {
    KAFKA_NODE_ID: '1',
    KAFKA_LISTENERS: 'INSIDE://:9092,OUTSIDE://:9094',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
  }
  expect(nativeKafkaSettings(environment, { port: 21, controllerPort: 22, logDir: '/d' })).toEqual({
    'node.id': '1',
    listeners: 'OUTSIDE://127.0.0.1:21,CONTROLLER://127.0.0.1:22',
    'advertised.listeners': 'OUTSIDE://127.0.0.1:21',
    'inter.broker.listener.name': 'OUTSIDE',
    'controller.quorum.voters': '1@127.0.0.1:22',
    'log.dirs': '/d',
  })
})

test('a detour is a second listener: it listens on one port and advertises another', () => {
  const environment = {
    KAFKA_LISTENERS: 'OUTSIDE://:9094',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
  }
  const place = { port: 21, controllerPort: 22, logDir: '/d', detour: { port: 31, advertisedPort: 32 } }
  expect(nativeKafkaSettings(environment, place)).toMatchObject({
    listeners: 'OUTSIDE://127.0.0.1:21,CONTROLLER://127.0.0.1:22,DETOUR://127.0.0.1:31',
    'advertised.listeners': 'OUTSIDE://127.0.0.1:21,DETOUR://127.0.0.1:32',
    'listener.security.protocol.map': 'OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT,DETOUR:PLAINTEXT',
  })
})

test('a properties file is sorted, and escapes what Java would read differently', () => {
  expect(propertiesText({ 'log.dirs': '/home/홍\\x', a: '1' })).toBe('a=1\nlog.dirs=/home/\\ud64d\\\\x\n')
})

test('the heap and the collector go to the JVM', () => {
  expect(jvmOptions({ KAFKA_HEAP_OPTS: '-Xmx512m', KAFKA_JVM_PERFORMANCE_OPTS: '-XX:+UseSerialGC -server' })).toEqual([
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-server',
  ])
})
