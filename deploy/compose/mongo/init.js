// The replica set and its accounts, for mongosh. It changes nothing that is there, and can be run again.
const fs = require('fs');

const MEMBERS = ['mongo-1:27017', 'mongo-2:27017', 'mongo-3:27017'];
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const rootUri = (host, options) =>
  `mongodb://root:${encodeURIComponent(secret('mongodb-root-password'))}@${host}/admin?${options}`;

const first = connect(rootUri(MEMBERS[0], 'directConnection=true'));
try {
  first.adminCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  // The first has the accounts already, so it is the one that others copy.
  const members = MEMBERS.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 }));
  first.adminCommand({ replSetInitiate: { _id: 'coglex', members } });
}

// Writes wait for a primary and for a majority.
const admin = connect(rootUri(MEMBERS.join(','), 'replicaSet=coglex&serverSelectionTimeoutMS=60000'));

/** Projects are databases that the application makes, so its account is for any of them, and for nothing else. */
const ACCOUNTS = [
  { user: 'coglex', secret: 'mongodb-password', roles: ['readWriteAnyDatabase', 'dbAdminAnyDatabase'] },
  { user: 'backup', secret: 'mongodb-backup-password', roles: ['backup'] },
];
for (const { user, secret: name, roles } of ACCOUNTS) {
  const account = { pwd: secret(name), roles };
  if (admin.getUser(user)) admin.updateUser(user, account);
  else admin.createUser({ user, ...account }, { w: 'majority' });
}
print('The replica set is ready');
