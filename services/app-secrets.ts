import { type Settings, instagramSettings } from '../adapters/config';
import { type InstagramSettings } from '../adapters/instagram/settings';
import { type Logger } from '../adapters/logger';
import { watchSecret } from '../adapters/secret-watch';

/** The app's settings, of which the secrets follow their files, so that replacing them takes no restart. */
export function followAppSecrets(
  settings: Settings,
  logger: Logger,
  everyMs?: number,
): { settings: InstagramSettings; stop(): void } {
  const given = instagramSettings(settings);
  const { appSecretFile, appSecretPreviousFile } = settings;
  const options = { logger, ...(everyMs !== undefined && { everyMs }) };
  const current =
    appSecretFile === null
      ? null
      : watchSecret(appSecretFile, given.appSecret, { setting: 'INSTAGRAM_APP_SECRET', ...options });
  // Its file is empty while no secret is being replaced.
  const previous =
    appSecretPreviousFile === null
      ? null
      : watchSecret(appSecretPreviousFile, given.appSecretPrevious, {
          setting: 'INSTAGRAM_APP_SECRET_PREVIOUS',
          mayBeEmpty: true,
          ...options,
        });
  return {
    settings: {
      ...given,
      get appSecret() {
        return current?.current() ?? given.appSecret;
      },
      get appSecretPrevious() {
        return previous ? previous.current() : given.appSecretPrevious;
      },
    },
    stop() {
      current?.stop();
      previous?.stop();
    },
  };
}
