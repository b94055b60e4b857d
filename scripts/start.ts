/** `npm start`, and `npm run dev` with Vite's dev server: brings the whole system up, says where it is, and takes it down on Ctrl-C. */
import { Option } from '@commander-js/extra-typings'
import { startSystem } from './local/start.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm start', 'Brings the whole system up, says where it is, and stops it on Ctrl-C.')
  .addOption(
    new Option('--native', 'run MariaDB, Kafka and Redis as programs of this machine (Debian, Ubuntu)').conflicts(
      'docker',
    ),
  )
  .option('--docker', 'run them in containers; without either, Docker where an engine answers')
  .option('--data <name>', 'keep data and logs in .data/NAME', 'main')
  .addOption(
    new Option('--ports <which>', '8080, 5173, 3306, 9092, 6379, 8085, 8086, or any free ones')
      .choices(['default', 'free'] as const)
      .default('default' as const),
  )
  .option('--no-web', 'do without the shop')
  .addOption(
    new Option('--dev-server', "serve the shop by Vite's dev server, as npm run dev does, for changing it").conflicts(
      'web',
    ),
  )
  .option('--with-metrics', 'run Prometheus too, with the rules of deploy/prometheus')
  .addHelpText(
    'after',
    '\nAPI_PORT, WEB_PORT and PROMETHEUS_PORT change three ports. DATABASE_URL, KAFKA_BROKERS, REDIS_URL and ACQUIRER_URL name a service of yours to use instead.',
  )

await run(command, startSystem)
