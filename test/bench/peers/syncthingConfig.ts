/** One end of a pair. */
export interface SyncthingEnd {
  readonly side: 'local' | 'pod';
  /** The synced folder, as this end sees it. */
  readonly folder: string;
  readonly ownId: string;
  readonly otherId: string;
  /** Where the other end is dialled; `dynamic` for the end that waits. */
  readonly otherAddress: string;
  /** Where this end listens. */
  readonly listen: string;
  readonly guiPort: number;
}

export const apiKey = 'bench';
export const folderId = 'nh-1';

/**
 * The configuration that Nocalhost gives to a pair of Syncthings. The folder at the local end is paused, so that the
 * bench says when the first sync begins.
 */
export function syncthingConfig(end: SyncthingEnd): string {
  const local = end.side === 'local';
  const device = (id: string, address: string): string => `
    <device id="${id}" name="${id === end.ownId ? 'own' : 'other'}" compression="metadata" introducer="false">
        <address>${address}</address>
        <paused>false</paused>
    </device>`;
  return `<configuration version="32">
    <folder id="${folderId}" label="${folderId}" path="${end.folder}" type="${local ? 'sendonly' : 'sendreceive'}"
            rescanIntervalS="300" fsWatcherEnabled="true" fsWatcherDelayS="1" ignorePerms="false" autoNormalize="true">
        <filesystemType>basic</filesystemType>
        <device id="${end.ownId}"></device>
        <device id="${end.otherId}"></device>
        <minDiskFree unit="%">1</minDiskFree>
        <order>random</order>
        <ignoreDelete>false</ignoreDelete>
        <scanProgressIntervalS>2</scanProgressIntervalS>
        <maxConflicts>0</maxConflicts>
        <weakHashThresholdPct>25</weakHashThresholdPct>
        <markerName>.</markerName>
        <paused>${local ? 'true' : 'false'}</paused>
    </folder>${device(end.ownId, 'dynamic')}${device(end.otherId, end.otherAddress)}
    <gui enabled="true" tls="false" debugging="false">
        <address>127.0.0.1:${end.guiPort}</address>
        <apikey>${apiKey}</apikey>
    </gui>
    <options>
        <listenAddress>${end.listen}</listenAddress>
        <globalAnnounceEnabled>false</globalAnnounceEnabled>
        <localAnnounceEnabled>false</localAnnounceEnabled>
        <relaysEnabled>false</relaysEnabled>
        <natEnabled>${local ? 'true' : 'false'}</natEnabled>
        <reconnectionIntervalS>${local ? 30 : 60}</reconnectionIntervalS>
        <startBrowser>false</startBrowser>
        <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
        <keepTemporariesH>24</keepTemporariesH>
        <progressUpdateIntervalS>2</progressUpdateIntervalS>
        <tempIndexMinBlocks>10</tempIndexMinBlocks>
        <urAccepted>-1</urAccepted>
        <crashReportingEnabled>false</crashReportingEnabled>
        <announceLANAddresses>false</announceLANAddresses>
    </options>
</configuration>
`;
}
