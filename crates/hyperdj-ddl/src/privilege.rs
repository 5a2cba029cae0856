//! Privileges, default privileges and owners.
//!
//! PostgreSQL documentation: GRANT, REVOKE, ALTER DEFAULT PRIVILEGES. What names a role is run only where the role is there.

use std::collections::BTreeMap;

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{DefaultPrivilege, Grant, Grantee, Owner, SecurityLabel};

use crate::Statement;
use crate::definition::where_roles_are;
use crate::parameters::name_list;

/// The statements for privileges, those that name no role first, the others in one block for each role.
///
/// The owner of an object is whoever runs them.
pub fn grants(grants: &[Grant]) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut by_role: BTreeMap<&str, Vec<Statement>> = BTreeMap::new();
    for grant in grants {
        match &grant.grantee {
            Grantee::Role(role) => by_role.entry(role).or_default().push(self::grant(grant)),
            Grantee::Public | Grantee::Owner => statements.push(self::grant(grant)),
        }
    }
    statements.extend(
        by_role
            .into_iter()
            .map(|(role, own)| where_roles_are(&[role], &counted(own.len(), "privilege"), &own)),
    );
    statements
}

/// `GRANT` or `REVOKE`.
pub fn grant(grant: &Grant) -> Statement {
    let columns = match grant.columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", name_list(columns)),
    };
    let privileges: Vec<String> = grant
        .privileges
        .iter()
        .map(|privilege| format!("{privilege}{columns}"))
        .collect();
    let what = format!("{} ON {}", privileges.join(", "), grant.object);
    Statement::new(sentence(
        &what,
        &grantee(&grant.grantee, "CURRENT_USER"),
        grant.grantable,
        grant.revoked,
    ))
}

/// The statements for privileges that new objects get.
pub fn default_privileges(privileges: &[DefaultPrivilege]) -> Vec<Statement> {
    let mut by_roles: BTreeMap<Vec<&str>, Vec<Statement>> = BTreeMap::new();
    for privilege in privileges {
        let mut roles = vec![privilege.role.as_str()];
        if let Grantee::Role(role) = &privilege.grantee
            && *role != privilege.role
        {
            roles.push(role);
        }
        let by_roles = by_roles.entry(roles).or_default();
        by_roles.push(default_privilege(privilege));
    }
    by_roles
        .into_iter()
        .map(|(roles, own)| where_roles_are(&roles, &counted(own.len(), "default privilege"), &own))
        .collect()
}

/// `ALTER DEFAULT PRIVILEGES`.
pub fn default_privilege(privilege: &DefaultPrivilege) -> Statement {
    let role = quote_identifier(&privilege.role);
    let schema = privilege
        .schema
        .as_ref()
        .map_or_else(String::new, |schema| {
            format!(" IN SCHEMA {}", quote_identifier(schema))
        });
    let what = format!(
        "{} ON {}",
        privilege.privileges.join(", "),
        privilege.objects
    );
    let sentence = sentence(
        &what,
        &grantee(&privilege.grantee, &role),
        privilege.grantable,
        privilege.revoked,
    );
    Statement::new(format!(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {role}{schema} {sentence}"
    ))
}

/// The statements that give objects to their owners, in one block for each role.
pub fn owners(owners: &[Owner]) -> Vec<Statement> {
    let mut by_role: BTreeMap<&str, Vec<Statement>> = BTreeMap::new();
    for own in owners {
        let statement = Statement::new(format!(
            "ALTER {} OWNER TO {}",
            own.object,
            quote_identifier(&own.owner)
        ));
        by_role.entry(&own.owner).or_default().push(statement);
    }
    by_role
        .into_iter()
        .map(|(role, own)| where_roles_are(&[role], &counted(own.len(), "ownership"), &own))
        .collect()
}

/// `SECURITY LABEL`. The provider must be loaded by the server.
pub fn security_label(label: &SecurityLabel) -> Statement {
    Statement::new(format!(
        "SECURITY LABEL FOR {} ON {} IS {}",
        quote_identifier(&label.provider),
        label.object,
        hyperdj_schema::sql::quote_literal(&label.label)
    ))
}

fn sentence(what: &str, grantee: &str, grantable: bool, revoked: bool) -> String {
    if revoked {
        format!("REVOKE {what} FROM {grantee}")
    } else if grantable {
        format!("GRANT {what} TO {grantee} WITH GRANT OPTION")
    } else {
        format!("GRANT {what} TO {grantee}")
    }
}

fn grantee(grantee: &Grantee, owner: &str) -> String {
    match grantee {
        Grantee::Public => "PUBLIC".to_owned(),
        Grantee::Owner => owner.to_owned(),
        Grantee::Role(role) => quote_identifier(role).into_owned(),
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
