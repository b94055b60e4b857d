/** How Vite builds the shop and the console, and its dev server (`npm run dev`): one origin for the page and the API, on this machine only. */
/// <reference types="node" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, createLogger, defineConfig, type Plugin } from 'vite'
import { DEMO_PATH } from '../shared/contracts/demo-panel.ts'
import { API_PATHS } from './server/api-paths.ts'
import { CONSOLE_PAGE, pageFileOf, SIGN_IN_FILE } from './server/page-files.ts'

const port = Number(process.env.WEB_PORT || 5173)
const apiUrl = process.env.API_URL || 'http://127.0.0.1:8080'

// An API that is down makes Vite answer 502 at once; the shop reads every answer without a JSON error code as "unreachable".
// The console's routes look at the browser's own `Host` (docs/console.md).
const toApi = { target: apiUrl, changeOrigin: false, proxyTimeout: 20_000, timeout: 20_000 }

// Of the starter that runs this server (docs/console-demo.md).
const socketPath = process.env.DEMO_SOCKET
const toPanel = socketPath ? { ...toApi, target: { socketPath, host: '127.0.0.1', port: 80 } } : toApi

// While the API is down, every poll of every open page would print a stack.
const logger = createLogger()
const printError = logger.error
logger.error = (message, options) => {
  if (message.includes('http proxy error')) logger.warn(message.split('\n').slice(0, 2).join(' '), { timestamp: true })
  else printError(message, options)
}

/**
 * The console is built after the shop, by a build of its own into the same folder: two pages in one build would share their code in
 * files of their own, and the shop would begin with more of them.
 */
const consoleBuild: Plugin = {
  name: 'console-build',
  apply: 'build',
  async writeBundle({ dir }) {
    await build({
      configFile: false,
      root: fileURLToPath(new URL('.', import.meta.url)),
      plugins: [react()],
      build: {
        outDir: dir,
        emptyOutDir: false,
        rolldownOptions: { input: fileURLToPath(new URL(`.${CONSOLE_PAGE}`, import.meta.url)) },
      },
    })
  },
}

/** The dev server gives the console's page at every address below /console, as the server of the built shop does. */
const consoleAddresses: Plugin = {
  name: 'console-addresses',
  apply: 'serve',
  configureServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      // Under the dev server a link signs in.
      if (request.url === SIGN_IN_FILE) return void response.writeHead(204).end()
      if (pageFileOf(request.url ?? '') === CONSOLE_PAGE) request.url = CONSOLE_PAGE
      next()
    })
  },
}

export default defineConfig({
  plugins: [react(), consoleBuild, consoleAddresses],
  // Beside the other data of a run, so that removing `.data` removes it.
  cacheDir: process.env.WEB_CACHE_DIR || fileURLToPath(new URL('../.data/vite', import.meta.url)),
  customLogger: logger,
  server: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    // Vite would let pages of every other port of this machine read what it answers.
    cors: false,
    // Expressions, because a plain path would also match longer names that begin with it.
    // The first that fits is taken.
    proxy: Object.fromEntries(
      [DEMO_PATH, ...API_PATHS].map(path => [
        `^${path.replaceAll('.', '\\.')}(?:[/?]|$)`,
        path === DEMO_PATH ? toPanel : toApi,
      ]),
    ),
  },
  // Known before the first request: a dependency found late would reload the page in the middle of a payment.
  optimizeDeps: {
    noDiscovery: true,
    include: [
      'react',
      'react/jsx-runtime',
      'react/jsx-dev-runtime',
      'react-dom',
      'react-dom/client',
      '@tanstack/react-query',
      '@tanstack/react-router',
      'i18next',
      'react-i18next',
      'oauth4webapi',
    ],
  },
})
