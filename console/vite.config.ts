import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const SERVER = process.env.PANDAR_URL ?? 'http://127.0.0.1:8000'

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/static/console/' : '/',
  plugins: [react()],
  build: {
    outDir: 'dist', target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: ['index.html', 'portal.html'] },
  },
  server: { proxy: { '/api': { target: SERVER }, '/ws': { target: SERVER, ws: true }, '/admin': { target: SERVER }, '/static': { target: SERVER } } },
  test: { include: ['tests/**/*.test.{ts,tsx}'], restoreMocks: true },
}))
