/** The shop's dev server: one origin for the page and the API, on this machine only. */
/// <reference types="node" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { createLogger, defineConfig } from 'vite'

const port = Number(process.env.WEB_PORT || 5173)
const apiUrl = process.env.API_URL || 'http://127.0.0.1:8080'

// An API that is down makes Vite answer 502 at once; the shop reads every answer without a JSON error code as "unreachable".
const toApi = { target: apiUrl, changeOrigin: true, proxyTimeout: 20_000, timeout: 20_000 }

// While the API is down, every poll of every open page would print a stack.
const logger = createLogger()
const printError = logger.error
logger.error = (message, options) => {
  if (message.includes('http proxy error')) logger.warn(message.split('\n').slice(0, 2).join(' '), { timestamp: true })
  else printError(message, options)
}

export default defineConfig({
  plugins: [react()],
  // Beside the other data of a run, so that removing `.data` removes it.
  cacheDir: process.env.WEB_CACHE_DIR || fileURLToPath(new URL('../.data/vite', import.meta.url)),
  customLogger: logger,
  server: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    proxy: {
      '/payments': toApi,
      '/sandbox': toApi,
      '/health': toApi,
      '/metrics': toApi,
      '/openapi.json': toApi,
      '/docs': toApi,
    },
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
      'i18next',
      'react-i18next',
    ],
  },
})
