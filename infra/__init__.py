"""How the programs are packaged and deployed, and the local stand-ins that they are tried against."""
