// DurableMesh in Azure: a function app on Flex Consumption that reaches its storage and its scheduler as a managed identity, without
// any key or connection string. docs/deploy.md says how to use it.
targetScope = 'resourceGroup'

@description('Begins the names of all that is made here; a random suffix makes them unique.')
@minLength(3)
@maxLength(10)
param name string = 'mesh'

@description('Where it runs. Not every region has Flex Consumption and Durable Task Scheduler.')
param location string = resourceGroup().location

@description('What orchestrations run on: the storage account, or Durable Task Scheduler.')
@allowed(['AzureStorage', 'DurableTaskScheduler'])
param backend string = 'AzureStorage'

@description('How Durable Task Scheduler is paid for; Dedicated also wants a capacity.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Who may reach Durable Task Scheduler at all, besides having a role; an empty list lets nobody in.')
param schedulerIpAllowlist array = ['0.0.0.0/0']

@description('Mesh__Identity__RootKey: issues the first operator\'s key, and may do all. 32 or more characters (openssl rand -hex 32).')
@secure()
@minLength(32)
param rootKey string

@description('Memory of each instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('How many instances there may be at most.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always run, for HTTP and for durable functions each: without any, the first message of a quiet hour waits for a start.')
@minValue(0)
param alwaysReady int = 1

@description('How many days logs and traces are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

var suffix = uniqueString(resourceGroup().id, name)
var appName = '${name}-${suffix}'
var packageContainer = 'app-package'
var hubName = 'durablemesh'
var onScheduler = backend == 'DurableTaskScheduler'

// Role definitions are the same in every tenant.
var roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  durableTaskDataContributor: '0ad04412-c4d5-4796-b79c-f76d14c8d402'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

// The Functions host keeps its locks and keys in blobs, the mesh its store. Queues and tables are the Azure Storage provider's.
var storageRoles = union([roles.storageBlobDataOwner], onScheduler ? [] : [
  roles.storageQueueDataContributor
  roles.storageTableDataContributor
])

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: appName
  location: location
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: toLower('${take(name, 10)}${suffix}')
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource package 'containers' = {
      name: packageContainer
    }
  }
}

resource storageAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in storageRoles: {
  name: guid(storage.id, identity.id, role)
  scope: storage
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = if (onScheduler) {
  name: appName
  location: location
  properties: {
    ipAllowlist: schedulerIpAllowlist
    sku: schedulerSku == 'Dedicated' ? { name: 'Dedicated', capacity: 1 } : { name: 'Consumption' }
  }

  resource hub 'taskHubs' = {
    name: hubName
  }
}

resource schedulerAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (onScheduler) {
  name: guid(scheduler.id, identity.id, roles.durableTaskDataContributor)
  scope: scheduler
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor)
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: appName
  location: location
  properties: {
    retentionInDays: retentionDays
    sku: { name: 'PerGB2018' }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: appName
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: logs.id
  }
}

resource insightsAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, roles.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: appName
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: appName
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady == 0 ? [] : [
          { name: 'http', instanceCount: alwaysReady }
          { name: 'durable', instanceCount: alwaysReady }
        ]
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union({
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__clientId: identity.properties.clientId
      AzureWebJobsStorage__credential: 'managedidentity'
      Mesh__Identity__RootKey: rootKey
      Mesh__Store__SharedByHosts: 'true'
    }, onScheduler ? {
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler.?properties.endpoint};Authentication=ManagedIdentity;ClientID=${identity.properties.clientId}'
    } : {
      // Flex Consumption wants it at 10 s or less: by default an idle host looks into its queues every 30 s.
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__maxQueuePollingInterval: '00:00:10'
    })
  }

  // Without its roles the host would start, be refused, and wait.
  dependsOn: [storageAssignments, schedulerAssignment, storage::blobs::package]
}

@description('The function app, for func azure functionapp publish.')
output appName string = app.name

@description('Where the mesh answers, for mesh --url.')
output url string = 'https://${app.properties.defaultHostName}'
