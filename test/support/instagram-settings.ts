import { type Simulator } from '../../simulator/index';

/** The settings by which a process of ours uses a simulator. */
export function instagramSettings({
  simulator,
  url,
}: {
  simulator: Pick<Simulator, 'settings'>;
  url: string;
}) {
  return {
    INSTAGRAM_APP_ID: simulator.settings.appId,
    INSTAGRAM_APP_SECRET: simulator.settings.appSecret,
    INSTAGRAM_AUTHORIZE_URL: `${url}/oauth/authorize`,
    INSTAGRAM_API_URL: url,
    INSTAGRAM_GRAPH_URL: url,
  };
}
