import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from './install.ts';

/**
 * Starts a headless browser without a graphics card and without talking to the network by itself. `state` is a folder
 * for its font configuration.
 */
export async function launchBrowser(state: string): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
    env: { ...process.env, ...(process.platform === 'linux' ? { FONTCONFIG_FILE: fontConfiguration(state) } : {}) },
  });
}

/** Makes the interface font of the screenshots that of a desktop rather than the fallback of a bare server. */
function fontConfiguration(state: string): string {
  const file = path.join(state, 'fonts.conf');
  const prefer = (family: string, font: string): string =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  mkdirSync(state, { recursive: true });
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
${prefer('sans', 'Inter')}
${prefer('sans-serif', 'Inter')}
${prefer('monospace', 'JetBrains Mono')}
<selectfont><rejectfont><pattern><patelt name="family"><string>DejaVu Sans</string></patelt></pattern></rejectfont></selectfont>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
`,
  );
  return file;
}
